"""What happens behind the doorbell: claim, grade, finish, recover."""
