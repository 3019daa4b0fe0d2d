"""What people do in Slack: press buttons under an alert, write `/rarewatch`, look at the app's home tab. An edge."""
