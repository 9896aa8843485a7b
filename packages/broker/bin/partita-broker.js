#!/usr/bin/env node
import { runCli } from '#cli'

// Not exit(): what was written to a pipe would be lost.
process.exitCode = await runCli(process.argv.slice(2), process)
