"""The belt: the Celery app, the tasks and the dispatcher."""
