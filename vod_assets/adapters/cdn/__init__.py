"""CDNs: what keeps copies of an origin near viewers, and decides at its edge who may fetch what."""
