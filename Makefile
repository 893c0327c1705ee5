# One-line targets; the logic is in Python, since Windows has no make (see README.md).
PY ?= python3
RUN := .venv/bin/python
CLASS ?= tests/sample_class
OUT ?= out
RUNS ?= 20
WORKERS ?= 4
PYTEST = $(RUN) -m pytest -n $(WORKERS) --dist worksteal

.PHONY: help core full check hint diff doctor grade report bundle gradescope test catalogue feedback mutants lint stages pages sample notebooks demo soak bigclass bench benchgrade lock

help:  ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

core:
	@$(PY) grader/bootstrap.py core

full:
	@$(PY) grader/bootstrap.py full

check: core  ## your own work: make check [LESSON=4] [ARGS=--watch]
	@$(RUN) -m grader check $(LESSON) $(ARGS)

hint: core  ## a hint: make hint TASK=4.2 [LEVEL=2]
	@$(RUN) -m grader hint $(TASK) $(if $(LEVEL),--level $(LEVEL))

diff: core  ## what a lesson changes: make diff LESSON=4
	@$(RUN) -m grader diff $(LESSON)

doctor: core  ## is this machine ready?
	@$(RUN) -m grader doctor

grade: core  ## a class: make grade [CLASS=dir] [LESSON=4] [OUT=dir] [JOBS=4] [ROSTER=file] [ARGS=...]
	@$(RUN) -m grader grade "$(CLASS)" --out "$(OUT)" $(if $(LESSON),--lesson $(LESSON)) $(if $(JOBS),--jobs $(JOBS)) $(if $(ROSTER),--roster "$(ROSTER)") $(ARGS)

report: core  ## all reports again: make report [OUT=dir] [ROSTER=file] [LESSON=4] [ARGS=...]
	@$(RUN) -m grader report "$(OUT)" $(if $(LESSON),--lesson $(LESSON)) $(if $(ROSTER),--roster "$(ROSTER)") $(ARGS)

bundle: core  ## the students' kit, without solutions: make bundle [LESSONS=1-4] [OUT=dir]
	@$(RUN) -m grader bundle --out "$(OUT)/student-kit.zip" $(if $(LESSONS),--lessons $(LESSONS))

gradescope: core  ## an autograder zip: make gradescope [LESSON=4] [OUT=dir]
	@$(RUN) -m grader gradescope --out "$(OUT)/autograder.zip" $(if $(LESSON),--lesson $(LESSON))

test: full  ## the tests of the kit itself
	@$(PYTEST) $(ARGS)

catalogue: full  ## every task on every known program, wrong or odd (about an hour)
	@$(PYTEST) --whole-catalogue tests/test_wrong_programs.py tests/test_odd_programs.py $(ARGS)

feedback: full  ## the words that each wrong program is told, written again to be read
	@$(PYTEST) --keep-feedback -k W tests/test_wrong_programs.py $(ARGS)

mutants: full  ## machine-made mistakes: make mutants [LESSON=4] [OUT=out] [ARGS=--sample 40] (hours)
	@$(RUN) -m tests.mutants --out "$(OUT)/mutants" $(if $(LESSON),--lesson $(LESSON)) $(ARGS)

lint: full  ## style and types
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy

stages: core  ## carry files forward, make the starters again
	@$(RUN) -m grader stages

pages: full  ## make the computed parts of the pages again: schedules, counts, the picture
	@$(RUN) -m tests.pages

sample: full  ## make the sample class again from the known programs
	@$(RUN) -m tests.known.sample

demo: full  ## the live demonstrations, in JupyterLab
	@$(RUN) -m grader.demo $(ARGS)

notebooks: full  ## run the notebooks, write them back with their outputs
	@$(RUN) -m tests.notebooks $(ARGS)

soak: full  ## look for flakes under load: make soak [RUNS=200 a lesson] [MINUTES=30] [LESSON=4]
	@$(RUN) -m tests.soak $(if $(MINUTES),--minutes $(MINUTES),--runs $(RUNS)) $(if $(LESSON),--lesson $(LESSON)) $(ARGS)

bigclass: full  ## 200 good submissions, with and without three bad ones (twenty minutes)
	@$(RUN) -m tests.big_class $(if $(JOBS),--jobs $(JOBS)) $(ARGS)

bench: core  ## how fast the chat is, beside others: make bench [OUT=out] [ARGS=--quick]
	@$(RUN) -m tests.benchmarks --out "$(OUT)/benchmarks" $(ARGS)

benchgrade: core  ## seconds to grade a submission, beside bare sockets: make benchgrade [OUT=out] [ARGS=...]
	@$(RUN) -m tests.benchmarks.grading --out "$(OUT)/benchmarks" $(ARGS)

lock: full  ## resolve the locks again (needs uv)
	@$(RUN) -m tests.locks
