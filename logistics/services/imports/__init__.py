"""Read a network from a folder of CSV files or one workbook: all or nothing, every fault told at once."""

from logistics.services.imports.report import ImportReport, Problem, Problems, TableCounts
from logistics.services.imports.run import check_files, import_network, store_files
from logistics.services.imports.values import NetworkFiles

__all__ = [
    "ImportReport",
    "NetworkFiles",
    "Problem",
    "Problems",
    "TableCounts",
    "check_files",
    "import_network",
    "store_files",
]
