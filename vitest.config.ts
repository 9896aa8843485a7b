import { defineConfig } from 'vitest/config'

const conditions = ['@partita/source']

export default defineConfig({
  // Tests run from source: no build is needed first, and a stack trace names the line that was written.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
    exclude: ['**/*.kafka.test.ts', '**/node_modules/**'],
    testTimeout: 20_000,
    // What is polled for is waited for as long as a busy machine may take; it is never what a test measures.
    expect: { poll: { timeout: 15_000 } },
    // Files of one worker share their modules: loading them anew for each file was more than half of the CPU time. A test
    // that changes something global, or loads a module in another form, puts it back.
    isolate: false,
    // A continuous integration run adds up its tests from this file.
    reporters: process.env['PARTITA_TEST_REPORT'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: process.env['PARTITA_TEST_REPORT'] ?? '' },
  },
})
