import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const conditions = ['@partita/source']

/** The suites over a real Kafka: `npm run test:kafka`. It is started from jars, or taken from `KAFKA_BROKERS`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['apps/{real-kafka,acceptance,read-process-write}/test/**/*.kafka.test.ts'],
    globalSetup: ['apps/acceptance/test/shared-kafka.ts'],
    // One file after another: a cluster of three takes the whole machine for a moment, and faults are about time.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // A continuous integration run adds up its tests from this file.
    reporters: process.env['PARTITA_TEST_REPORT'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: process.env['PARTITA_TEST_REPORT'] ?? '' },
  },
})
