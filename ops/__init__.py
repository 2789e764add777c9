"""What the person who runs Vraagbaak needs: figures, logs, health, a doctor, backup and restore."""
