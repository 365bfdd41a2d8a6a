"""What runs inside an Odoo shell: scripts that `play_script` starts, and what they import there."""
