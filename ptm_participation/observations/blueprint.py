"""The blueprint that the public and the office pages of observations share."""

from flask import Blueprint

bp = Blueprint("observations", __name__)
