"""A coordinator takes the network away as spreadsheets: one ZIP of CSV files or one workbook, which the import reads."""

from __future__ import annotations

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.services.exports import ExportForm, as_workbook, as_zip, export_network
from web.admin.blueprint import admin
from web.context import actor, db, now
from web.forms import Form
from web.security.access import allow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.post("/network/export")
@allow(Permission.IMPORT_NETWORK)
def export() -> ResponseReturnValue:
    """The file. Addresses that are confidential are in none: only the command hands them out."""
    form = Form.of_request().choice("form", ExportForm)
    if form not in (ExportForm.ZIP, ExportForm.XLSX):
        return redirect(url_for("admin.network_page"), 303)
    made = export_network(db(), actor(), with_confidential=False, to=form.value, now=now())
    is_zip = form is ExportForm.ZIP
    headers = {
        "Content-Disposition": f'attachment; filename="{made.slug}.{form.value}"',
        "Cache-Control": "no-store",
    }
    content = as_zip(made) if is_zip else as_workbook(made)
    return Response(content, content_type="application/zip" if is_zip else XLSX, headers=headers)
