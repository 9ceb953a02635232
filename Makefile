# Stafett. `make` lists what there is; `make run` and `make test` need nothing
# but Go, Node.js with npm, and for the tests a Debian that may install packages.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOVERSION := $(shell go env GOVERSION)

# Programs are static: no C compiler, no libc. Only the race detector uses cgo.
GOBUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# A tool is kept under its version and Go's, so that a new pin builds a new one.
pinned = $(shell sed -nE 's|^\t$(1) (v[^ ]+).*|\1|p' tools/go.mod)
GOLANGCI := bin/tools/golangci-lint-$(call pinned,github.com/golangci/golangci-lint/v2)-$(GOVERSION)
GOTESTSUM := bin/tools/gotestsum-$(call pinned,gotest.tools/gotestsum)-$(GOVERSION)
GOVULNCHECK := bin/tools/govulncheck-$(call pinned,golang.org/x/vuln)-$(GOVERSION)

# Modules of their own below the root; tools holds no code.
NESTED = $(shell find . -name go.mod -not -path ./go.mod -not -path '*/node_modules/*' -not -path './.*/*' -printf '%h\n' | sort)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Run and build

.PHONY: run
run: bin/demo ## start the demo on http://localhost:8080, with logins to try
	bin/demo

.PHONY: demo
demo: bin/demo ## play the whole loop once by itself and print the token
	bin/demo --once

.PHONY: build
build: bin/stafett bin/demo ## build the static programs into bin/

# Go's own cache knows what is up to date; these run each time.
.PHONY: bin/stafett bin/demo
bin/stafett bin/demo: bin/%: assets
	$(GOBUILD) -o $@ ./cmd/$*

.PHONY: assets
assets: static/node_modules/.package-lock.json ## fill static/dist from npm (locked versions)
	cd static && node build.mjs

static/node_modules/.package-lock.json: static/package.json static/package-lock.json
	cd static && npm ci --no-audit --no-fund --loglevel=error
	touch $@

## Test

.PHONY: test
test: test-deps assets $(GOTESTSUM) ## run every test: both databases, race detector, scripts, browser
	tools/with-postgres.sh tools/test.sh $(abspath $(GOTESTSUM))

.PHONY: test-deps
test-deps: ## install what the tests need (as root on Debian), or say what to install
	tools/install-test-deps.sh

.PHONY: e2e
e2e: test-deps build ## run the scripts of the binary and the browser tests only
	cd e2e/oidc-provider && npm ci --no-audit --no-fund --loglevel=error
	tools/with-postgres.sh go test -count=1 ./e2e/...
	cd e2e/browser && npm ci --no-audit --no-fund --loglevel=error && node --test

.PHONY: screens
screens: test-deps bin/demo ## take the pictures of the main pages anew, into docs/screens
	cd e2e/browser && npm ci --no-audit --no-fund --loglevel=error && node screens.mjs

.PHONY: bench
bench: build ## measure enrichment against a bare handler, the imports and the suppliers' API; writes docs/performance.md
	go run ./bench

## Check

.PHONY: check
check: assets ## vet, lint, import graph, generated files, go.mod, vulnerabilities
	tools/check.sh

.PHONY: lint
lint: $(GOLANGCI) ## golangci-lint, with the formatters
	$(GOLANGCI) run ./...

.PHONY: fmt
fmt: $(GOLANGCI) ## format the code as lint wants it
	$(GOLANGCI) fmt ./...

# What breaks clients of the released API. go test would not see that the files
# of another module have changed.
.PHONY: check-api
check-api:
	cd handlers/openapi/compat && go test -count=1 .

.PHONY: check-vet check-house check-generated check-tidy check-vulnerabilities
check-vet:
	go vet ./...
	for dir in $(filter-out ./tools,$(NESTED)); do (cd "$$dir" && go vet ./...); done

# The import graph, package comments, links, decisions and dependencies.
check-house:
	go test .

check-generated:
	tools/check-generated.sh

check-tidy:
	for dir in . $(NESTED); do (cd "$$dir" && go mod tidy -diff | sed -n '1,40p'); done

check-vulnerabilities: $(GOVULNCHECK)
	tools/check-vulnerabilities.sh $(GOVULNCHECK)

## Generate

.PHONY: generate
generate: ## templ pages and the types of the API description
	go tool templ generate -path views -log-level warn
	go generate ./handlers/openapi

# What has been released is promised (docs/adr/0019-what-the-api-promises.md).
.PHONY: release-api
release-api: ## keep the API description as the released one; look at the diff
	cp handlers/openapi/openapi.json handlers/openapi/released.json

# Golden files and generated documents are rewritten by the tests that hold
# them, in the packages that know the flag.
.PHONY: golden
golden: ## rewrite golden pages, docs/states.md and docs/routes.md; look at the diff
	go test $$(grep -rlE --include='*_test.go' 'views/viewstest"|flag\.Bool\("update"' models rar handlers views cmd | xargs -n1 dirname | sort -u | sed 's|^|./|') -update

## Tools

$(GOLANGCI):
	cd tools && CGO_ENABLED=0 go build -trimpath -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(GOTESTSUM):
	cd tools && CGO_ENABLED=0 go build -trimpath -o ../$@ gotest.tools/gotestsum

$(GOVULNCHECK):
	cd tools && CGO_ENABLED=0 go build -trimpath -o ../$@ golang.org/x/vuln/cmd/govulncheck

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache coverage static/node_modules e2e/browser/node_modules e2e/oidc-provider/node_modules
	find static/dist -mindepth 1 -not -name .gitkeep -delete
