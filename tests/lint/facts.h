/* What an analyser that looks at one file at a time cannot know: these functions return false.
 * clang-tidy reads it in front of every source but their own (tests/lint/analysers.sh); nothing is
 * built with it. */
#ifndef PLAYBOOK_LINT_FACTS_H
#define PLAYBOOK_LINT_FACTS_H

#include "service/base/error.h"

#define error_set(...) (error_set(__VA_ARGS__), false)
#define error_context(...) (error_context(__VA_ARGS__), false)

#endif
