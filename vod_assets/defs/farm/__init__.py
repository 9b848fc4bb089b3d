"""Runs whose steps are executed by many machines: Celery with RabbitMQ, and PostgreSQL for what Dagster records."""
