/** The one host name that this package calls: see `settle` in virtual-clock.ts. */
declare function setImmediate(callback: () => void): unknown
