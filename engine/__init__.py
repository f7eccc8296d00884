"""The Windtunnel engine: designs, their meaning, and the simulator. It knows no Qt and is useful alone."""
