"""Pages: filings, records and queries, requests to restore a record."""
