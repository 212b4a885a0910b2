"""The merchant's pages inside the Saleor Dashboard: HTML from the server, htmx in the browser."""
