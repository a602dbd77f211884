# The two commands a newcomer needs are `make demo` and `make test`; `make help` lists them all.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

VENV ?= .venv
BIN := $(VENV)/bin
LOCKS := requirements/base.txt requirements/dev.txt requirements/eye.txt
# Which build of torch: `cpu`, or the CUDA that a card's driver serves, such as `make models TORCH_BUILD=cu130`; and where
# it is looked for when pip's own index does not have it.
TORCH_BUILD ?= cpu
TORCH_INDEX ?= https://download.pytorch.org/whl/$(TORCH_BUILD)

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 20

# One Python of 3.11 or 3.12 is looked for, so that a newer default does not stand in the way: the first that can
# make an environment, since the other one's python3-venv may be missing.
$(VENV)/python.ready:
	@python=""
	for name in python3.12 python3.11 python3; do
	  if "$$name" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; then
	    python="$${python:-$$name}"
	    if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then python="$$name"; break; fi
	  fi
	done
	if [ -z "$$python" ]; then
	  echo "Lectern needs Python 3.11 (as in Debian 12) or 3.12 (Ubuntu 24.04) as python3.11, python3.12 or python3;" \
	    "here python3 is $$(python3 --version 2>/dev/null || echo missing)." >&2; exit 1
	fi
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then
	  version="$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
	  echo "python3-venv is missing. On Debian or Ubuntu: sudo apt install python$$version-venv" >&2; exit 1
	fi
	"$$python" -m venv $(VENV)
	touch $@

$(VENV)/base.ready: $(VENV)/python.ready requirements/base.txt requirements/eye.txt pyproject.toml
	@echo "Installing Lectern (about a minute) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/eye.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.ready: $(VENV)/base.ready requirements/dev.txt
	@echo "Installing what the tests need ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

# torch's own release stands in torch.txt; --no-deps, because torchvision, spandrel and coqui-tts would bring another
# one, and OpenVINO a package that reports its use. Whisper is published as source alone: it is built with what the
# project itself is built with.
TORCH := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/torch.txt \
  "$$(grep '^torch==' requirements/torch.txt)+$(TORCH_BUILD)"
$(VENV)/models.ready: $(VENV)/base.ready requirements/models.txt requirements/torch.txt
	@echo "Installing what trained models need ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
	  -r requirements/models.txt
	if ! $(TORCH) 2>/dev/null && ! $(TORCH) --extra-index-url $(TORCH_INDEX); then
	  echo "torch+$(TORCH_BUILD) was found neither in pip's own index nor in $(TORCH_INDEX);" \
	    "name another place in TORCH_INDEX." >&2; exit 1
	fi
	touch $@

# Without torch the rest can still be tested; where CI is set, the tests that need it fail.
.PHONY: models-for-tests
models-for-tests: $(VENV)/base.ready
	@$(MAKE) --no-print-directory $(VENV)/models.ready ||
	  echo "The tests of engines with trained models will be skipped." >&2

.PHONY: models
models: $(VENV)/models.ready ## install what trained models need: torch, OpenVINO, Coqui, Whisper, Transformers (TORCH_BUILD=cu130 for NVIDIA cards)

.PHONY: install
install: $(VENV)/base.ready ## create the environment and install Lectern into it

.PHONY: demo
demo: $(VENV)/base.ready ## set everything up and render a real batch
	@$(BIN)/python -I demo/run.py

# Four processes on two cores: a quarter of the time is spent waiting for leases and restarts. One that dies
# fails the run: a new one in its place would wait for ever for the tests of the dead one.
.PHONY: test
test: $(VENV)/dev.ready models-for-tests ## set everything up and run the tests
	@$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder \
	  --max-worker-restart 0 $(ARGS)

.PHONY: soak
soak: $(VENV)/dev.ready models-for-tests ## the long fault campaigns (two hours; SOAK_MINUTES=5 for less of each kind on each database)
	@$(BIN)/python -m pytest -m soak --override-ini=timeout=3600 $(ARGS)

.PHONY: compose-secrets
compose-secrets: ## make the passwords that docker-compose.yml mounts, in secrets/
	@config/docker/secrets.sh

# Docker, or whatever builds as it does: `make images BUILD="buildah bud"`. TARGETS="light cpu" leaves the large one out.
BUILD ?= docker build
TARGETS ?= light cpu gpu
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: images
images: ## build the images light, cpu and gpu (TARGETS="light cpu" for less)
	@for target in $(TARGETS); do
	  $(BUILD) --file config/docker/Dockerfile --target "$$target" --tag "lectern:$(VERSION)-$$target" \
	    --build-arg VERSION=$(VERSION) --build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
	    $(BUILD_ARGS) .
	done

# What starts Python in an image, whose name comes next.
IN_IMAGE ?= docker run --rm --interactive --network none --entrypoint python

.PHONY: sbom
sbom: ## list what each image holds, in sbom/ as CycloneDX (after `make images`)
	@mkdir -p sbom
	for target in $(TARGETS); do
	  image="lectern:$(VERSION)-$$target"
	  $(IN_IMAGE) "$$image" - "$$image" <config/docker/sbom.py >"sbom/lectern-$(VERSION)-$$target.cdx.json"
	  echo "sbom/lectern-$(VERSION)-$$target.cdx.json"
	done

.PHONY: compose-check
compose-check: $(VENV)/dev.ready ## as root: run every container's command of Compose for real, outside Docker, until a film is made
	@$(BIN)/python tests/config/outside.py $(ARGS)

.PHONY: lint
lint: $(VENV)/dev.ready $(VENV)/models.ready ## format, lint, types, import directions, generated pages
	@$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy bench train
	$(BIN)/lint-imports
	$(BIN)/python docs/generate/errors.py --check
	$(BIN)/python docs/generate/dependencies.py --check
	$(BIN)/python docs/generate/columns.py --check
	$(BIN)/python docs/generate/states.py --check
	$(BIN)/python docs/generate/retries.py --check
	$(BIN)/python docs/generate/metrics.py --check
	$(BIN)/python docs/generate/dashboards.py --check
	$(BIN)/python docs/generate/rules.py --check

.PHONY: docs
docs: $(VENV)/dev.ready ## write the generated pages and the README's picture anew
	@$(BIN)/python docs/generate/errors.py
	$(BIN)/python docs/generate/dependencies.py
	$(BIN)/python docs/generate/columns.py
	$(BIN)/python docs/generate/states.py
	$(BIN)/python docs/generate/retries.py
	$(BIN)/python docs/generate/metrics.py
	$(BIN)/python docs/generate/dashboards.py
	$(BIN)/python docs/generate/rules.py
	$(BIN)/python docs/generate/picture.py

# What takes a minute comes first, what takes long last.
BENCHMARKS := portrait_speed alignment word_shares face_speed captions voices ears writers ledger_cost restore results precheck edit overhead recordings shared_rows memory_speech accounts simulate queue_scale gauges telemetry night memory_join quality wav2lip faults

.PHONY: bench
bench: $(VENV)/dev.ready $(VENV)/models.ready ## measure speed, memory, a night's work and the films' quality (hours; ONLY="night quality" for less)
	@for name in $(or $(ONLY),$(BENCHMARKS)); do
	  echo "== bench/$$name.py"
	  PYTHONPATH=. $(BIN)/python "bench/$$name.py"
	done

# Which panels have nothing to show, and why: with a Prometheus that looks at a farm, and its ledger.
.PHONY: dashboards-check
dashboards-check: $(VENV)/base.ready ## ask what Grafana's dashboards ask (ARGS="--prometheus URL --ledger URL --film JOB")
	@$(BIN)/python bench/dashboards.py $(ARGS)

# Everything is pinned with hashes; this is the only place that resolves versions anew.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: lock
lock: $(VENV)/python.ready ## resolve and pin all dependencies anew
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) pyproject.toml --extra build --extra demo --extra eye --output-file requirements/base.txt
	$(LOCK) pyproject.toml --extra build --extra demo --extra eye --extra dev --output-file requirements/dev.txt
	$(LOCK) --no-deps requirements/eye.in --output-file requirements/eye.txt
	$(LOCK) --excludes requirements/models.excludes.txt --constraint requirements/dev.txt requirements/models.in \
	  --output-file requirements/models.txt

.PHONY: clean
clean: ## remove the environment and everything built or rendered here
	@rm -rf $(VENV) build *.egg-info demo/out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
