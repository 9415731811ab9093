"""Write a network's active rows as the very tables that the import reads: CSV files in a folder or a ZIP, or one workbook."""

from logistics.services.exports.files import ExportForm, as_files, as_workbook, as_zip
from logistics.services.exports.run import NetworkExport, export_network

__all__ = [
    "ExportForm",
    "NetworkExport",
    "as_files",
    "as_workbook",
    "as_zip",
    "export_network",
]
