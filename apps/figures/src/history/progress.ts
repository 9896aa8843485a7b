import { dim } from '../paint.ts'

export interface Progress {
  update(done: number, note: string): void
  end(): void
}

const width = 32

/** A bar that is redrawn in place on a terminal; elsewhere a plain line at each quarter. */
export function createProgress(label: string, total: number): Progress {
  return process.stdout.isTTY ? bar(label, total) : plainLines(label, total)
}

function bar(label: string, total: number): Progress {
  let lastDrawn = 0
  function draw(done: number, note: string): void {
    const filled = Math.round((done / total) * width)
    const cells = '█'.repeat(filled) + dim('░'.repeat(width - filled))
    process.stdout.write(`\r\u001B[2K   ${label} ${cells} ${done.toLocaleString('en')} ${dim(note)}`)
  }
  return {
    update(done, note) {
      // Thirty times a second is as often as anybody can see.
      const now = performance.now()
      if (done < total && now - lastDrawn < 33) return
      lastDrawn = now
      draw(done, note)
    },
    end: () => void process.stdout.write('\n'),
  }
}

function plainLines(label: string, total: number): Progress {
  let quarters = 0
  return {
    update(done, note) {
      const reached = Math.floor((done / total) * 4)
      if (reached <= quarters) return
      quarters = reached
      console.log(`   ${label} ${reached * 25} % (${done.toLocaleString('en')}) ${note}`.trimEnd())
    },
    end() {},
  }
}
