# Rollbook. `make` alone lists what there is.

GO       ?= go
FUZZTIME ?= 10s
CHECKS   ?= 1000
SCALE    ?= M
LINTER   := .cache/bin/golangci-lint

.DEFAULT_GOAL := help
.PHONY: help build test unit kill properties vet lint layers fuzz cover bench demo clean prepare

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program: bin/rollbook
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/rollbook ./cmd/rollbook

test: prepare vet lint build ## everything that can be checked: vet, lint, all tests on SQLite and PostgreSQL, with the race detector
	scripts/with-postgres scripts/test

kill: prepare ## kill syncs at many more moments than `make test` does, on SQLite and PostgreSQL
	scripts/with-postgres scripts/kill

properties: prepare ## every property, CHECKS random cases each (default 1000), on SQLite and PostgreSQL
	scripts/with-postgres scripts/properties $(CHECKS)

unit: ## the tests alone, without race detector and PostgreSQL: seconds, while writing code
	$(GO) test -short -timeout 60m ./...

vet:
	$(GO) vet ./...

lint: $(LINTER) layers ## style, and the layers of the code
	$(LINTER) run ./...

layers: $(LINTER)
	scripts/check-layers $(LINTER)

$(LINTER): tools/go.mod tools/go.sum
	$(GO) -C tools build -o ../$(LINTER) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fuzz: ## every fuzz target, FUZZTIME each (default 10s)
	scripts/fuzz $(FUZZTIME)

cover: prepare ## how much of the code the tests run: .cache/cover.html
	@mkdir -p .cache
	scripts/with-postgres $(GO) test -short -timeout 60m -coverpkg=./internal/...,./cmd/... -coverprofile=.cache/cover.out ./...
	$(GO) tool cover -func=.cache/cover.out | tail -1
	$(GO) tool cover -html=.cache/cover.out -o .cache/cover.html

bench: build ## measure against the budgets; SCALE=S, M (default), L or XL
	$(GO) run ./bench -scale $(SCALE)

demo: prepare build ## the example district, from files to class groups, and one PATCH that changes them
	scripts/demo

prepare:
	@scripts/prepare

clean: ## remove what was built and measured
	rm -rf bin .cache
