/**
 * The kinds of value that configuration is made of. Each carries, as its zod message, the words that finish the
 * sentence "expected …"; report.ts adds what was found. zod/mini, not zod: it loads in a fifth of the time.
 */
import * as z from "zod/mini";
import { durationExpected, durationPattern, parseDuration } from "./duration.ts";

/** Documents a schema that no other key uses. Not `z.describe`, which makes a copy each time: loading is to be quick. */
function documented<S extends z.ZodMiniType>(description: string, schema: S): S {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), description });
  return schema;
}

/** A key that must be there. */
export function required<S extends z.ZodMiniType>(description: string, schema: S): S {
  return documented(description, z.clone(schema));
}

/** A key with the value that an absent key means, given as the user would write it. */
export function key<S extends z.ZodMiniType>(description: string, schema: S, absent: z.input<S>): z.ZodMiniPrefault<S> {
  return documented(description, z.prefault(schema, absent));
}

/** A key that is null where the user does not write it. */
export function maybe<S extends z.ZodMiniType>(description: string, schema: S): z.ZodMiniDefault<z.ZodMiniNullable<S>> {
  return documented(description, z._default(z.nullable(schema), null));
}

/** A key that changes nothing where it is absent. */
export function optional<S extends z.ZodMiniType>(description: string, schema: S): z.ZodMiniOptional<S> {
  return documented(description, z.optional(schema));
}

interface LengthParams {
  readonly error: string;
  readonly abort?: true;
}

/**
 * zod asks anything with a `length` how long it is, also where text or a list was expected and a map stands that has a key of
 * that name; comparing that can throw. So only text and lists are asked.
 */
const measurable = { when: ({ value }: { value: unknown }) => typeof value === "string" || Array.isArray(value) };

export const atLeast = (count: number, params: LengthParams) => z.minLength(count, { ...params, ...measurable });

export const atMost = (count: number, params: LengthParams) => z.maxLength(count, { ...params, ...measurable });

/** Text on one line in which nothing can move a cursor or turn what follows around; ZWJ and ZWNJ belong to scripts. */
function isPlain(text: string): boolean {
  return !/[^\P{Cf}\u200c\u200d]|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

/** The pattern ends in editors too, so it keeps to what every dialect of regular expressions has. */
function text(expected: string, pattern: RegExp, longest: number): z.ZodMiniString<string> {
  return z
    .string(expected)
    .check(
      atMost(longest, { error: `${expected}, of at most ${longest} characters`, abort: true }),
      z.regex(pattern, { error: expected, abort: true }),
      z.refine(isPlain, `${expected}, without invisible characters`),
    );
}

/** Text of any characters but NUL, which ends a variable or an argument early. Linux takes 131,071 bytes. */
function anyText(expected: string): z.ZodMiniString<string> {
  return asWritten(
    z.string(expected).check(
      atMost(65_536, { error: "text of at most 65536 characters" }),
      z.refine((text: string) => !text.includes("\0"), "text without NUL characters"),
    ),
  );
}

/** Scalars that YAML reads as a number or a boolean, but that are text here: `VERSION: 1.10` stays `1.10`. */
function asWritten(schema: z.ZodMiniString<string>): z.ZodMiniString<string> {
  z.globalRegistry.add(schema, { type: ["string", "number", "boolean"] });
  return schema;
}

export const slug = text("lower-case letters, digits and -, starting with a letter", /^[a-z]([a-z0-9-]*[a-z0-9])?$/, 63);

/** A name that people gave to something outside Weir, such as `dev-db`. */
export const plainName = text("a plain name of letters, digits, . _ and -", /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, 128);

/** One line that is shown to people. */
export const sentence = text("one line of text", /\S/, 500);

export const version = asWritten(text("a version such as 22, 3.12 or 1.24.1", /^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 64));

/** A folder or file below the app's root: no way out of it. */
export const relativePath = text(
  "a path below the app's folder, with / and without ..",
  /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\]+$/,
  1024,
);

export const urlPath = text("a path that starts with /, such as /healthz", /^\/[^\s#\\]*$/, 1024);

export const url = text(
  "a URL such as https://api.example.org, without a user or password in it",
  /^[a-z][a-z0-9+.-]*:\/\/[^\s@/?#]+([/?#]\S*)?$/,
  2048,
);

export const glob = text("a pattern such as feature/** or src/**", /^[^\\]*[^\\\s][^\\]*$/, 256);

export const image = text(
  "an image such as postgres:17 or ghcr.io/team/app@sha256:…",
  /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:[0-9]{1,5}(?=\/))?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
  512,
);

export const registryAddress = text(
  "host:port/prefix without https://, such as ghcr.io/team",
  /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
  255,
);

/** A day, as the last one on which something holds. */
const dayExpected = "a date such as 2026-12-31";
export const day = text(dayExpected, /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 10).check(z.refine(isInCalendar, dayExpected));

/** 2026-02-30 is not. */
function isInCalendar(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export const duration = z.pipe(
  z.string(durationExpected).check(z.regex(durationPattern, { error: durationExpected, abort: true })),
  z.transform((written: string, context) => {
    const parsed = parseDuration(written);
    if (parsed !== null) return parsed;
    context.issues.push({ code: "custom", message: durationExpected, input: written });
    return z.NEVER;
  }),
);

export function whole(from: number, to: number): z.ZodMiniNumberFormat {
  const expected = `a whole number from ${from} to ${to}`;
  return z.int(expected).check(z.minimum(from, expected), z.maximum(to, expected));
}

export function percent(): z.ZodMiniNumber<number> {
  const expected = "a number from 0 to 100, without %";
  return z.number(expected).check(z.minimum(0, expected), z.maximum(100, expected));
}

export const flag = z.boolean("true or false");

/** A program and its arguments. A NUL would end an argument early, so none may hold one. */
export const argv = z
  .array(anyText("text"), 'a command as a list of its words, such as ["npm", "test"]: no shell splits a text')
  .check(
    atLeast(1, { error: "at least the program's name", abort: true }),
    z.refine(([program]) => program !== undefined && program !== "", "at least the program's name"),
  );

const variableName = text("a variable name of letters, digits and _", /^[A-Za-z_][A-Za-z0-9_]*$/, 255);

export const variables = z.record(variableName, anyText('text ("" for an empty value)'), "a map of variable names to values");
