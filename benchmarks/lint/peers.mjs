// Linters of prose on one text after another: reads a JSON list of texts, writes for each the list of what was remarked.
// A remark is [kind, words]. Run with the peer's name: node peers.mjs write-good

import { readFileSync } from "node:fs";

const RULES = { "en-max-word-count": { max: 30 }, "max-comma": true, "stop-words": true, "unexpanded-acronym": true };

const PEERS = {
  "write-good": async () => {
    const { default: writeGood } = await import("write-good");
    return (text) =>
      writeGood(text).flatMap(({ index, offset, reason }) => {
        const kinds = reason.replace(/^"[^]*?" /, "").split(" and ");
        return kinds.map((kind) => [kind, text.slice(index, index + offset)]);
      });
  },
  alex: async () => {
    const alex = await import("alex");
    return (text) => alex.text(text).messages.map(({ source, ruleId }) => [source, ruleId]);
  },
  textlint: async () => {
    const { createLinter } = await import("textlint");
    const { TextlintKernelDescriptor } = await import("@textlint/kernel");
    const plugin = (await import("@textlint/textlint-plugin-text")).default;
    const rules = await Promise.all(
      Object.entries(RULES).map(async ([ruleId, options]) => {
        const loaded = (await import(`textlint-rule-${ruleId}`)).default;
        return { ruleId, rule: loaded.default ?? loaded, options };
      }),
    );
    const plugins = [{ pluginId: "text", plugin: plugin.default ?? plugin, options: true }];
    const linter = createLinter({ descriptor: new TextlintKernelDescriptor({ rules, plugins, filterRules: [] }) });
    return async (text) => (await linter.lintText(text, "question.txt")).messages.map(({ ruleId, message }) => [ruleId, message]);
  },
};

const remarks = await PEERS[process.argv[2]]();
const found = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) found.push(await remarks(text));
process.stdout.write(JSON.stringify(found));
