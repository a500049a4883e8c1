import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostFailures, parseJunit } from "../../ci/report/junit-xml.ts";
import type { TestCounts } from "../../ci/report/report.ts";

function counts(xml: string): TestCounts {
  const result = parseJunit(xml);
  if (!result.ok) throw new Error(result.problem);
  return result.counts;
}

function problem(xml: string): string {
  const result = parseJunit(xml);
  return result.ok ? `none: ${JSON.stringify(result.counts)}` : result.problem;
}

const numbers = ({ passed, failed, skipped }: TestCounts) => ({ passed, failed, skipped });
const names = ({ failures }: TestCounts) => failures.map(({ name }) => name);

describe("what each tool writes", () => {
  it("Vitest: the suite is the file", () => {
    const found = counts(`<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="5" failures="2" errors="0" time="0.04">
    <testsuite name="test/a.test.ts" timestamp="2026-01-01T00:00:00.000Z" hostname="vm" tests="4" failures="1" errors="0" skipped="2" time="0.04">
        <testcase classname="test/a.test.ts" name="outer &gt; fails" time="0.03">
            <failure message="expected { a: 1 } to deeply equal { a: 2 }" type="AssertionError">
AssertionError: expected { a: 1 } to deeply equal { a: 2 }

-   &quot;a&quot;: 2,
+   &quot;a&quot;: 1,

 ❯ test/a.test.ts:2:53
            </failure>
        </testcase>
        <testcase classname="test/a.test.ts" name="outer &gt; sk" time="0">
            <skipped/>
        </testcase>
        <testcase classname="test/a.test.ts" name="outer &gt; td" time="0">
            <skipped/>
        </testcase>
        <testcase classname="test/a.test.ts" name="outer &gt; ok" time="0.0003">
        </testcase>
    </testsuite>
    <testsuite name="b.test.ts" tests="1" failures="1" errors="0" skipped="0" time="0">
        <testcase classname="b.test.ts" name="b.test.ts" time="0">
            <failure message="Cannot find module &apos;./missing.ts&apos;" type="Error">Error: Cannot find module &apos;./missing.ts&apos;</failure>
        </testcase>
    </testsuite>
</testsuites>`);
    expect(found).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
      failures: [
        {
          name: "test/a.test.ts › outer > fails",
          message:
            'AssertionError: expected { a: 1 } to deeply equal { a: 2 }\n\n-   "a": 2,\n+   "a": 1,\n\n ❯ test/a.test.ts:2:53',
          file: "test/a.test.ts",
        },
        { name: "b.test.ts", message: "Error: Cannot find module './missing.ts'", file: "b.test.ts" },
      ],
    });
  });

  it("node:test: suites within suites, tests of none, expected failures, and colours in messages", () => {
    const found = counts(`<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="top ok" time="0.002186" classname="test"/>
	<testcase name="top fail &lt;&amp;&amp;quot;>" time="0.01" classname="test" failure="1 == 2" file="/app/a.test.mjs">
		<failure type="testCodeFailure" message="1 == 2">
[Error [ERR_TEST_FAILURE]: 1 == 2] {
  at TestContext.&lt;anonymous> (file:///app/a.test.mjs:3:35)
}
		</failure>
	</testcase>
	<testcase name="todo fail" time="0.0003" classname="test" failure="x">
		<skipped type="todo" message="true"/>
		<failure type="testCodeFailure" message="x">x</failure>
	</testcase>
	<testcase name="skipped" time="0.0002" classname="test"><skipped type="skipped" message="why"/></testcase>
	<testsuite name="outer" time="0.007" disabled="0" errors="0" tests="1" failures="1" skipped="0" hostname="vm">
		<testsuite name="inner" time="0.007" disabled="0" errors="0" tests="2" failures="1" skipped="0" hostname="vm">
			<testcase name="deep" time="0.006" classname="test" failure="boom ]]> \u001b[31mred">
				<failure type="testCodeFailure" message="boom ]]> \u001b[31mred">boom ]]> \u001b[31mred</failure>
			</testcase>
			<testcase name="fine" time="0.0002" classname="test"/>
		</testsuite>
	</testsuite>
	<testsuite name="only todo" time="0.007" disabled="0" errors="0" tests="1" failures="1" skipped="0" hostname="vm">
		<testcase name="later" classname="test" failure="x"><skipped type="todo" message="true"/><failure message="x">x</failure></testcase>
	</testsuite>
	<!-- tests 8 -->
	<!-- fail 4 -->
</testsuites>`);
    expect(numbers(found)).toEqual({ passed: 2, failed: 2, skipped: 3 });
    expect(names(found)).toEqual(["top fail <&&quot;>", "outer › inner › deep"]);
    expect(found.failures[0]?.file).toBe("/app/a.test.mjs");
    expect(found.failures[1]?.message).toBe("boom ]]> \u001b[31mred");
  });

  it("pytest: a teardown that breaks is a failed test of its own, and what can't be imported fails", () => {
    const found =
      counts(`<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="2" failures="2" skipped="2" tests="8" time="0.255" hostname="vm"><testcase classname="test_a.TestFoo" name="test_ok" time="0.001" /><testcase classname="test_a.TestFoo" name="test_fail[a&lt;b]" time="0.001"><failure message="AssertionError: assert 'a&lt;b' == 'c'&#10;  - c">self = &lt;test_a.TestFoo&gt;
E   AssertionError: assert 'a&lt;b' == 'c'

test_a.py:5: AssertionError</failure></testcase><testcase classname="test_a" name="test_both" file="test_a.py" line="9" time="0.000"><failure message="assert False">E   assert False</failure></testcase><testcase classname="test_a" name="test_both" time="0.000"><error message="failed on teardown with &quot;RuntimeError: teardown&quot;">E       RuntimeError: teardown</error></testcase><testcase classname="test_a" name="test_xf" time="0.005"><skipped type="pytest.xfail" message="" /></testcase><testcase classname="test_a" name="test_s" time="0.000"><skipped type="pytest.skip" message="no">test_a.py:16: no</skipped></testcase><testcase classname="" name="test_b" time="0.000"><error message="collection failure">ImportError</error></testcase></testsuite></testsuites>`);
    expect(numbers(found)).toEqual({ passed: 1, failed: 4, skipped: 2 });
    expect(names(found)).toEqual([
      "test_a.TestFoo › test_fail[a<b]",
      "test_a › test_both",
      "test_a › test_both",
      "pytest › test_b",
    ]);
    expect(found.failures[0]?.message).toMatch(/^AssertionError: assert 'a<b' == 'c'\n {2}- c\nself = <test_a\.TestFoo>/);
    expect(found.failures[1]).toEqual({ name: "test_a › test_both", message: "E   assert False", file: "test_a.py" });
  });

  it("gotestsum: the suite is the package", () => {
    const found = counts(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" time="1.2">
	<testsuite tests="3" failures="1" time="0.003000" name="example.com/greeter/internal/greet" timestamp="2026-01-01T00:00:00Z">
		<properties><property name="go.version" value="go1.25.1 linux/amd64"></property></properties>
		<testcase classname="example.com/greeter/internal/greet" name="TestGreet/empty" time="0.000000">
			<failure message="Failed" type="">=== RUN   TestGreet/empty&#xA;    greet_test.go:12: got &#34;&#34;&#xA;--- FAIL: TestGreet/empty (0.00s)&#xA;</failure>
		</testcase>
		<testcase classname="example.com/greeter/internal/greet" name="TestGreet" time="0.000000"></testcase>
		<testcase classname="example.com/greeter/internal/greet" name="TestSlow" time="0.000000"><skipped message="=== RUN   TestSlow"></skipped></testcase>
	</testsuite>
</testsuites>`);
    expect(numbers(found)).toEqual({ passed: 1, failed: 1, skipped: 1 });
    expect(found.failures).toEqual([
      {
        name: "example.com/greeter/internal/greet › TestGreet/empty",
        message: 'Failed\n=== RUN   TestGreet/empty\n    greet_test.go:12: got ""\n--- FAIL: TestGreet/empty (0.00s)',
        file: null,
      },
    ]);
  });

  it("jest-junit: the class name is the whole name", () => {
    const found = counts(
      `<testsuites name="jest tests" tests="2" failures="1" errors="0" time="1"><testsuite name="cart" errors="0" failures="1" skipped="0" tests="2"><testcase classname="cart adds" name="cart adds" time="0.1" file="src/cart.test.js"><failure>Error: expect(received).toBe(expected)</failure></testcase><testcase classname="cart empties" name="cart empties"/></testsuite></testsuites>`,
    );
    expect(numbers(found)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(found.failures).toEqual([
      { name: "cart adds", message: "Error: expect(received).toBe(expected)", file: "src/cart.test.js" },
    ]);
  });

  it("mocha-junit-reporter: the class name is the end of the name, and the suite knows the file", () => {
    const found = counts(
      `<testsuites name="Mocha Tests" time="0.01" tests="1" failures="1"><testsuite name="Root Suite" tests="0" failures="0"/><testsuite name="cart" tests="1" file="/app/test/cart.js" failures="1"><testcase name="cart adds" time="0" classname="adds"><failure message="expected 1 to equal 2" type="AssertionError"><![CDATA[AssertionError: expected 1 to equal 2
    at Context.<anonymous> (test/cart.js:5:9)]]></failure></testcase></testsuite></testsuites>`,
    );
    expect(found.failures).toEqual([
      {
        name: "cart adds",
        message: "AssertionError: expected 1 to equal 2\n    at Context.<anonymous> (test/cart.js:5:9)",
        file: "/app/test/cart.js",
      },
    ]);
  });

  it("Mocha's own xunit, which counts failures as errors too", () => {
    const found = counts(
      `<testsuite name="Mocha Tests" tests="2" failures="0" errors="1" skipped="0"><testcase classname="cart" name="adds"><failure>no</failure></testcase><testcase classname="cart" name="empties"/></testsuite>`,
    );
    expect(numbers(found)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(names(found)).toEqual(["cart › adds"]);
  });

  it("Surefire: a flaky test that passed in the end has passed, one that failed again has failed once", () => {
    const found = counts(
      `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd" name="com.example.CartTest" tests="3" errors="1" skipped="1" failures="0"><properties><property name="java.version" value="21"/></properties><testcase name="flaky" classname="com.example.CartTest"><flakyFailure message="once" type="x">stack</flakyFailure><system-out><![CDATA[</testsuite><failure/>]]></system-out></testcase><testcase name="broken" classname="com.example.CartTest"><error message="boom" type="java.lang.NullPointerException"><![CDATA[java.lang.NullPointerException: boom]]></error><rerunError message="boom" type="x"/></testcase><testcase name="off" classname="com.example.CartTest"><skipped/></testcase></testsuite>`,
    );
    expect(numbers(found)).toEqual({ passed: 1, failed: 1, skipped: 1 });
    expect(names(found)).toEqual(["com.example.CartTest › broken"]);
  });

  it("GoogleTest: a disabled test was not run", () => {
    const found = counts(
      `<testsuites><testsuite name="Cart"><testcase name="Off" status="notrun" classname="Cart"/><testcase name="On" status="run" classname="Cart"/></testsuite></testsuites>`,
    );
    expect(numbers(found)).toEqual({ passed: 1, failed: 0, skipped: 1 });
  });
});

describe("failures that no test shows", () => {
  it("are taken from a suite's own numbers", () => {
    const found = counts(
      `<testsuites><testsuite name="a.test.ts" tests="1" failures="0" errors="1"><testcase name="x"/></testsuite></testsuites>`,
    );
    expect(found).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: [{ name: "a.test.ts", message: "the report counts 1 failed, and lists none of them", file: "a.test.ts" }],
    });
  });

  it("are taken from the document's numbers, once", () => {
    expect(numbers(counts(`<testsuites failures="3"><testsuite name="a" failures="3"/></testsuites>`))).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
    expect(names(counts(`<testsuites name="all" failures="3"/>`))).toEqual(["the test run"]);
  });

  it("are taken from an error beside the tests", () => {
    const found = counts(`<testsuite name="a"><testcase name="x"/><error message="before all broke"/></testsuite>`);
    expect(found.failures).toEqual([{ name: "a", message: "before all broke", file: null }]);
  });

  it("are not invented from numbers that are none", () => {
    for (const value of ["", "-1", "NaN", "1e99", "two"])
      expect(counts(`<testsuite name="a" failures="${value}"/>`).failed).toBe(0);
  });
});

describe("a report that can't be read", () => {
  it.each([
    ["nothing", "", "it is empty"],
    ["white space", " \n", "it is empty"],
    [
      "an end that is missing",
      "<testsuites><testsuite name='a'><testcase name='x'/>",
      /^it is not well-formed XML: .*testsuites/,
    ],
    ["half a tag", "<testsuites><testsuite name='a'><testcase na", /^it is not well-formed XML: /],
    [
      "ends in the wrong order",
      "<testsuites><testsuite></testsuites></testsuite>",
      /^it is not well-formed XML: Expected closing tag/,
    ],
    ["two documents", "<testsuites/><testsuites/>", "it has more than one root element"],
    ["text behind the end", "<testsuite name='a'></testsuite> trailing", /^it is not well-formed XML: /],
    ["a bare ampersand", "<testsuite name='a'><testcase name='x'>a & b</testcase></testsuite>", /^it is not well-formed XML: /],
    ["TAP", "ok 1 - tap", /^it is not well-formed XML: /],
    ["another kind of XML", "<html/>", "its root is <html>, not <testsuites>"],
    ["a comment alone", "<!-- nothing -->", /^it is not well-formed XML: Start tag expected/],
    ["a bottomless nest", `<testsuites>${"<a>".repeat(5000)}${"</a>".repeat(5000)}</testsuites>`, /Maximum nested tags exceeded/],
    ["a name that could poison objects", "<testsuites><__proto__/></testsuites>", /^it is not XML that can be read: /],
  ])("is %s", (_what, xml, expected) => {
    if (typeof expected === "string") expect(problem(xml)).toBe(expected);
    else expect(problem(xml)).toMatch(expected);
  });

  it("is any report cut short, wherever", () => {
    const whole = `<testsuites><testsuite name="a"><testcase name="x"/><testcase name="y"><failure message="no">text</failure></testcase></testsuite></testsuites>`;
    for (let length = 0; length < whole.length; length += 1) expect(parseJunit(whole.slice(0, length)).ok).toBe(false);
    expect(parseJunit(whole).ok).toBe(true);
  });
});

describe("limits", () => {
  it("keeps so many failures, and counts all", () => {
    const found = counts(
      `<testsuite name="a">${`<testcase name="x"><failure message="m"/></testcase>`.repeat(mostFailures + 50)}</testsuite>`,
    );
    expect(found.failed).toBe(mostFailures + 50);
    expect(found.failures).toHaveLength(mostFailures);
  });

  it("cuts a long message and a long name, not in the middle of a character", () => {
    const [failure] = counts(
      `<testsuite name="a"><testcase name="${"n".repeat(9999)}"><failure>${"m".repeat(4094)}😀${"m".repeat(99_999)}</failure></testcase></testsuite>`,
    ).failures;
    expect(failure?.name).toHaveLength(512);
    expect(failure?.message).toBe(`${"m".repeat(4094)}…`);
  });

  it("never expands what a document defines", () => {
    const bomb = `<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<testsuite name="s"><testcase name="&b;"><failure message="&a;&c;">&b;</failure></testcase></testsuite>`;
    const result = parseJunit(bomb);
    // Refused or left as written, both will do; a longer text or a file's would not.
    expect(JSON.stringify(result)).not.toMatch(/aaaaaaaaaa|root:/);
    const plain = counts(
      `<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">]><testsuite name="s"><testcase name="&a;"><failure message="&a;"/></testcase></testsuite>`,
    );
    expect(plain.failures).toEqual([{ name: "s › &a;", message: "&a;", file: null }]);
  });

  it("resolves what XML itself defines, once", () => {
    const [failure] = counts(
      `<testsuite name="s"><testcase name="x"><failure>&amp;lt; &#x41;&#66; &#x110000; &nbsp; <!-- gone --><![CDATA[&amp;]]></failure></testcase></testsuite>`,
    ).failures;
    expect(failure?.message).toBe("&lt; AB &#x110000; &nbsp; &amp;");
  });

  it("reads 10 MB of what tests printed within seconds", () => {
    const found = counts(
      `<testsuite name="a"><testcase name="x"/><system-out>${"line of output\n".repeat(700_000)}</system-out></testsuite>`,
    );
    expect(found.passed).toBe(1);
  });
});

describe("whatever it is given", () => {
  it("never throws, and never finds more failures than it counts", () => {
    const piece = fc.constantFrom(
      "<testsuites>",
      "</testsuites>",
      "<testsuite name='a' errors='1'>",
      "</testsuite>",
      "<testcase name='x'>",
      "</testcase>",
      "<failure>",
      "</failure>",
      "<skipped/>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "&lt;",
      "&",
      "<!DOCTYPE x [",
      "]>",
      "text",
    );
    const input = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join("")),
      fc.array(piece).map((pieces) => `<testsuites>${pieces.join("")}</testsuites>`),
    );
    fc.assert(
      fc.property(input, (xml) => {
        const result = parseJunit(xml);
        if (result.ok) expect(result.counts.failures.length).toBeLessThanOrEqual(result.counts.failed);
      }),
      { numRuns: 2000 },
    );
  });
});
