"""Report: pages and documents made of released objects alone."""

from eachchild.report.fonts import FontsMissingError
from eachchild.report.html import quality_page, write_html
from eachchild.report.pdf import write_pdf

__all__ = ["FontsMissingError", "quality_page", "write_html", "write_pdf"]
