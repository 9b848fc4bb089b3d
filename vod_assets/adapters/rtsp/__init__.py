"""Servers that offer titles over RTSP."""
