"""The smallest instance files: points on a 3-4-5 grid, so that distances are easy to see."""

from pathlib import Path

VRP = """NAME : tiny
COMMENT : "points at 0, 5, 10 and 1.41"
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 1 1
DEMAND_SECTION
1 0
2 4
3 5
4 6
DEPOT_SECTION
 1
 -1
EOF
"""

SOLOMON = """tiny

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          0         0          0       0         100           0
    1          3         4          4      10          20           2
    2          1         1          5       0          90           3
"""

LILIM = """2\t10\t1
0\t0\t0\t0\t0\t100\t0\t0\t0
1\t3\t4\t7\t10\t20\t2\t0\t3
2\t6\t8\t4\t0\t90\t2\t0\t4
3\t1\t1\t-7\t0\t90\t3\t1\t0
4\t0\t5\t-4\t0\t90\t3\t2\t0
"""


def write(folder: Path, name: str, text: str) -> Path:
    """The text as a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
