"""The small web server for what people and services say back: a click that ends mails, a button in Slack."""
