"""What was asked before: texts read, cases remembered, what worked, what nobody could answer."""
