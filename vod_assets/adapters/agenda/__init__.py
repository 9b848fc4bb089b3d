"""The agenda: when which title is shown or taken away."""
