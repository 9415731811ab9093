"""The blueprint that the pages of this folder hang on."""

from flask import Blueprint

admin = Blueprint("admin", __name__)
