#!/bin/sh
# Removes tasks and logs that ended more than a week ago, and groups that are empty; reports in JSON.
# Usage: tidy.sh [options of dq clean]
exec dq clean --older-than 7d --remove-empty-groups "$@"
