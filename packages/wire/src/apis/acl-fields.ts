import { int8, since, string, type Field, type Type } from '../schema/index.ts'

/** `LITERAL`: what there was before patterns (KIP-290, v1). */
const literal = 3

/** How the name of a resource is meant: the whole name, or a prefix of names. */
export const patternType: Field<number, number> = since(1, int8, literal)

/** To whom an entry applies, and what it allows or denies. */
export const aclEntry: {
  readonly principal: Type<string, string>
  readonly host: Type<string, string>
  readonly operation: Type<number, number>
  readonly permissionType: Type<number, number>
} = { principal: string, host: string, operation: int8, permissionType: int8 }
