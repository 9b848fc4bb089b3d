"""Written by `python -m vod_assets.defs.farm.config`; the addresses come from VOD_BROKER and VOD_DATABASE."""

task_default_queue = "default"
task_default_priority = 5
task_queue_max_priority = 10
task_acks_late = True
task_reject_on_worker_lost = True
task_track_started = True
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = True
worker_soft_shutdown_timeout = 3600
worker_enable_soft_shutdown_on_idle = False
worker_hijack_root_logger = False
worker_send_task_events = False
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_heartbeat = 30
broker_transport_options = {"confirm_publish": True}
task_publish_retry = True
task_publish_retry_policy = {"max_retries": 60, "interval_start": 0.2, "interval_step": 1.0, "interval_max": 5.0}
result_backend_always_retry = True
result_backend_max_retries = 30
result_expires = 604800
database_engine_options = {"pool_pre_ping": True}
task_serializer = "json"
accept_content = ["json"]
