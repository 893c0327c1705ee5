"""What the notebooks are made with: programs started, sockets recorded, pictures drawn."""
