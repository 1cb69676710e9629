# make          build the program, build/playbook
# make demo     install what building needs, build, and show the program at work
# make check    what a change must pass: install tools, build, lint, test, test sanitized, fuzz
# make test     run the tests; T=csv only those with "csv" in their path, SAN=address,undefined
#               with sanitizers
# make lint     the rules: include direction, style, format, scripts, a second compiler's warnings
# make fuzz     hostile input: every fuzz target for FUZZ_TIME=60 seconds; T=csv, as for test
# make coverage how much of the program the tests reach, in full in build/coverage/html
# make bench    build and run the measurements
# make format   put every C file into the house format
# make clean    remove build/
# make help     this text
# V=1 shows the commands, WERROR=1 (or CI set) makes warnings errors, CC=clang takes that compiler.

CFLAGS ?= -O2 -g
SAN    ?=
PKGS   := json-c libcrypto libcurl libzstd zlib

# Sanitized and release objects never meet: each variant has its own folder.
comma  := ,
BUILD  := build/$(if $(SAN),$(subst $(comma),-,$(SAN)),release)
BINARY := $(if $(SAN),$(BUILD)/playbook,build/playbook)
Q      := $(if $(V),,@)

# One goal is built on all processors; several ("make clean all") are done one after the other.
ifeq ($(MAKELEVEL)$(word 2,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory

# ---- what there is -------------------------------------------------------------------------------

SOURCES := $(filter-out service/main.c,$(sort $(wildcard service/*.c service/*/*.c writers/*.c)))
SUPPORT := $(sort $(wildcard tests/support/*.c))
TESTS   := $(sort $(wildcard tests/*/test_*.c))
SCRIPTS := $(sort $(wildcard tests/*/test_*.py tests/*/*/test_*.py tests/*/test_*.sh))
BENCHES := $(sort $(wildcard tests/bench/*.c))
LINTS   := tests/lint/layers.sh tests/lint/style.sh tests/lint/tools.sh
ANALYSES := tests/mutants/mutants.py tests/analysis/coverage.py tests/lint/analysers.sh \
            tests/analysis/sanitized.sh tests/analysis/valgrind.sh
# The tests once more, sanitized: all of them, and with `thread` those of parts that have threads.
SANITIZED := $(TESTS:%.c=build/address-undefined/%)
THREADED := $(patsubst %.c,build/thread/%, \
            $(filter tests/jobs/% tests/base/test_log% tests/base/test_metrics% \
            tests/base/test_parallel% tests/base/test_workers% tests/clients/test_http_many% \
            tests/writers/test_csv_rows% \
            tests/feeds/test_cached_feed% tests/feeds/test_alpaca_exchange%,$(TESTS)))
C_FILES := $(sort $(wildcard service/*.c service/*/*.c writers/*.c tests/*/*.c))

selected = $(strip $(if $(T),$(foreach path,$(1),$(if $(findstring $(T),$(path)),$(path))),$(1)))
programs = $(patsubst %.c,$(BUILD)/%,$(1))
objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))

# ---- how it is compiled --------------------------------------------------------------------------

takes = $(shell $(CC) -Werror $(1) -x c -fsyntax-only /dev/null 2>/dev/null && echo $(1))

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wwrite-strings -Wformat=2 -Wswitch-enum -Wdate-time \
        $(if $(filter-out 0 false no,$(CI) $(WERROR)),-Werror)

# Full hardening, as far as this compiler and processor know it. The sanitizers replace it.
ifeq ($(SAN),)
HARDEN      := -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
               $(foreach flag,-fstack-clash-protection -ftrivial-auto-var-init=zero \
               -fcf-protection -mbranch-protection=standard,$(call takes,$(flag)))
HARDEN_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
else
HARDEN      := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
HARDEN_LINK := -fsanitize=$(SAN)
endif

# The same bits from any folder, the same numbers on any machine: no paths, no -march, no fused
# multiplication.
ALL_CFLAGS  := -std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno -pthread -I. \
               -ffile-prefix-map=$(CURDIR)=. $(WARN) $(HARDEN) $(CFLAGS) \
               $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_LDFLAGS := -pthread $(HARDEN_LINK) $(LDFLAGS)
LIBS        := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm $(LDLIBS)

# ---- the program ---------------------------------------------------------------------------------

all: $(BINARY)

$(BINARY): $(BUILD)/service/main.o $(BUILD)/playbook.a
	@echo "  LINK   $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/playbook.a: $(call objects,$(SOURCES))
$(BUILD)/support.a: $(call objects,$(SUPPORT))
$(BUILD)/%.a: $(BUILD)/%.members
	@echo "  AR     $@"
	$(Q)rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@echo "  CC     $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Stamps change only with their content: other flags compile everything again, a file that is gone
# makes its archive anew.
stamp = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
$(BUILD)/flags: FORCE
	@pkg-config --exists $(PKGS) || { echo 'first run infra/install-deps.sh build'; exit 1; }
	$(call stamp,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS))
$(BUILD)/playbook.members: FORCE
	$(call stamp,$(SOURCES))
$(BUILD)/support.members: FORCE
	$(call stamp,$(SUPPORT))

# ---- tests ---------------------------------------------------------------------------------------

# A test may carry linker flags of its own, such as --wrap, in test_noun.ldflags beside it.
$(foreach file,$(wildcard tests/*/*.ldflags),$(eval $(BUILD)/$(file:.ldflags=): $(file)))

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/support.a $(BUILD)/playbook.a
	@echo "  LINK   $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(shell cat tests/$*.ldflags 2>/dev/null) $(if $(filter bench/% fuzz/%,$*),,-lcmocka) $(LIBS)

# What tests/e2e puts between the program and its system calls; it has no sanitizer of its own.
CALL_FAULTS := $(BUILD)/tests/e2e/call_faults.so
SET_CLOCK   := $(BUILD)/tests/e2e/set_clock.so
$(CALL_FAULTS) $(SET_CLOCK): $(BUILD)/%.so: %.c $(BUILD)/flags
	@echo "  LINK   $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARN) $(CFLAGS) -fPIC -shared -o $@ $<

# What tests/fuzz/test_differential.py asks.
ANSWER := $(BUILD)/tests/fuzz/answer

# What tests/interop/test_cache_folder.py looks at is filled by this.
FILL_CACHE := $(BUILD)/tests/interop/fill_cache

TEST_ENVIRONMENT = PLAYBOOK=$(abspath $(BINARY)) CALL_FAULTS=$(abspath $(CALL_FAULTS)) \
                   SET_CLOCK_LIBRARY=$(abspath $(SET_CLOCK)) \
                   ANSWER=$(abspath $(ANSWER)) FILL_CACHE=$(abspath $(FILL_CACHE))

RUN_TESTS   := $(call selected,$(TESTS))
RUN_SCRIPTS := $(call selected,$(SCRIPTS))

test: test-programs
	@$(if $(RUN_TESTS)$(RUN_SCRIPTS),,echo 'no test has "$(T)" in its path'; exit 1)
	@$(TEST_ENVIRONMENT) tests/run.sh $(call programs,$(RUN_TESTS)) $(RUN_SCRIPTS)

# Only scripts need the program itself, and those of the lint do not.
test-programs: $(call programs,$(RUN_TESTS))
test-programs: $(if $(filter-out tests/lint/%,$(RUN_SCRIPTS)),$(BINARY) $(CALL_FAULTS) $(SET_CLOCK))
test-programs: $(if $(filter tests/fuzz/%,$(RUN_SCRIPTS)),$(ANSWER))
test-programs: $(if $(filter tests/interop/%,$(RUN_SCRIPTS)),$(FILL_CACHE))

# The last line is the result. A build that fails leaves nothing to run and is one failure.
check:
	@infra/install-deps.sh test && $(MAKE) T= WERROR=1 all test-programs && \
	  $(MAKE) T= WERROR=1 SAN=address,undefined all $(SANITIZED) && \
	  $(MAKE) T= WERROR=1 SAN=thread all $(THREADED) && \
	  $(MAKE) T= WERROR=1 fuzz-programs || \
	  { echo '0 passed, 1 failed, 0 skipped'; exit 1; }
	@$(TEST_ENVIRONMENT) tests/run.sh $(LINTS) $(ANALYSES) $(call programs,$(TESTS)) $(SCRIPTS) \
	  $(SANITIZED) $(THREADED) tests/fuzz/run.sh

lint:
	@tests/run.sh $(LINTS)

coverage: $(SET_CLOCK)
	@$(TEST_ENVIRONMENT) tests/analysis/coverage.py

# What the lint asks of a second compiler: `make syntax CC=clang WERROR=1`.
syntax:
	$(Q)printf '%s\n' $(C_FILES) | xargs -n 8 -P $(shell nproc) $(CC) $(ALL_CFLAGS) -fsyntax-only

# ---- fuzzing -------------------------------------------------------------------------------------

FUZZ_TIME ?= 60
FUZZERS   := $(patsubst %.c,build/fuzz/%,$(call selected,$(sort $(wildcard tests/fuzz/fuzz_*.c))))

fuzz: fuzz-programs
	@FUZZ_TIME=$(FUZZ_TIME) tests/fuzz/run.sh $(FUZZERS)

# libFuzzer comes with clang alone; what it watches is compiled for it, in a variant of its own.
fuzz-programs:
	@$(if $(FUZZERS),,echo 'no fuzz target has "$(T)" in its path'; exit 1)
	@$(MAKE) CC=clang SAN=fuzzer,address,undefined BUILD=build/fuzz $(FUZZERS)

# ---- the rest ------------------------------------------------------------------------------------

demo:
	@infra/install-deps.sh build
	@$(MAKE) all
	@build/playbook demo

bench: $(BINARY) $(call programs,$(BENCHES))
	@test ! -x tests/bench/run.sh || PLAYBOOK=$(abspath $(BINARY)) tests/bench/run.sh

format:
	find service writers tests -name '*.[ch]' | xargs clang-format -i

clean:
	rm -rf build

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

FORCE:
.PHONY: all test test-programs check lint syntax fuzz fuzz-programs demo bench format clean help
.PHONY: coverage FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(call objects,$(C_FILES)))
