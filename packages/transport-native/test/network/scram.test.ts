import { describe, expect, it } from 'vitest'
import { scramExchange } from '../../src/network/sasl/scram.ts'

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const bytes = (message: string): Uint8Array => new TextEncoder().encode(message)

const user = { mechanism: 'SCRAM-SHA-256', username: 'user', password: 'pencil' } as const
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const wholeNonce = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
const serverFirst = `r=${wholeNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`

describe('SCRAM', () => {
  it('says what the example of RFC 7677 says, and takes the proof of its server', async () => {
    const exchange = scramExchange(user, nonce)
    expect(text(await exchange.first())).toBe(`n,,n=user,r=${nonce}`)
    expect(text(await exchange.next(bytes(serverFirst)))).toBe(
      `c=biws,r=${wholeNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    )
    expect(await exchange.next(bytes('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBeUndefined()
  })

  it('refuses a server that cannot prove that it knows the password', async () => {
    for (const proof of ['v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'v=', '']) {
      const exchange = scramExchange(user, nonce)
      await exchange.first()
      await exchange.next(bytes(serverFirst))
      await expect(exchange.next(bytes(proof))).rejects.toThrow('did not prove that it knows the password')
    }
  })

  it('tells what a server says that refuses', async () => {
    const exchange = scramExchange(user, nonce)
    await exchange.first()
    await exchange.next(bytes(serverFirst))
    await expect(exchange.next(bytes('e=unknown-user'))).rejects.toThrow('the broker refused: unknown-user')
  })

  it('answers only to its own nonce, made longer', async () => {
    for (const other of [nonce, 'x', `x${wholeNonce}`]) {
      const exchange = scramExchange(user, nonce)
      const message = bytes(`r=${other},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)
      await expect(exchange.next(message)).rejects.toThrow('its nonce is another')
    }
  })

  it('works neither too little nor too long', async () => {
    for (const count of ['4095', '1000001', '1e9', '1e4', '0x2000', ' 4096', 'many', '']) {
      const exchange = scramExchange(user, nonce)
      const message = bytes(`r=${wholeNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=${count}`)
      await expect(exchange.next(message)).rejects.toThrow(/iterations; from 4096 to 1000000 are allowed/)
    }
  })

  it('refuses extensions that must be known, and a broker without a salt', async () => {
    for (const [message, reason] of [
      [`m=new,${serverFirst}`, /an extension of SCRAM that is not known here/],
      [`r=${wholeNonce},s=,i=4096`, /gives no salt/],
    ] as const) {
      const exchange = scramExchange(user, nonce)
      await expect(exchange.next(bytes(message))).rejects.toThrow(reason)
    }
  })

  it('shows what a broker says in one line, and not without end', async () => {
    const exchange = scramExchange(user, nonce)
    const message = bytes(`r=${wholeNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1\n\u001b[2J${'9'.repeat(10_000)}`)
    const { message: shown } = (await exchange.next(message).catch((error: unknown) => error)) as Error
    expect(shown).toContain('asks for 1??[2J999')
    expect(shown.length).toBeLessThan(300)
  })

  it('writes names with = and , so that they stay one', async () => {
    const exchange = scramExchange({ ...user, username: 'a=b,c' }, nonce)
    expect(text(await exchange.first())).toBe(`n,,n=a=3Db=2Cc,r=${nonce}`)
  })

  it('has another nonce each time', async () => {
    expect(text(await scramExchange(user).first())).not.toBe(text(await scramExchange(user).first()))
  })
})
