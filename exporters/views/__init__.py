"""Three parts: the application, the EIN sub-account, the authorization for reports."""
