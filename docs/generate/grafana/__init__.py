"""Grafana's dashboards as code: `panels` has what they are drawn with, each other file draws one of them."""
