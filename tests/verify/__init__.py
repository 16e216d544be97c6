"""The public page that verifies workbooks."""
