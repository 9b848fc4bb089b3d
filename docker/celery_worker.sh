#!/bin/sh
# A worker of the queues in VOD_QUEUES (encode=2,package=1,default=4). `vod worker` takes this shell's place, so that a
# SIGTERM of `docker stop` reaches it: it takes no new step, lets running ones end for VOD_WORKER_DRAIN_SECONDS, and
# gives back what is left.
set -eu
exec vod worker --queues "${VOD_QUEUES:-default=2}" --name "${VOD_WORKER_NAME:-$(hostname)}" "$@"
