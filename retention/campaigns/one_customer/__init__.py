"""What campaigns and the playbook mean for one customer."""
