import { describe, expect, test } from "vitest";
import { extractNationSlugFromUrl, pageOf } from "../src/nation.ts";

describe("the nation of an address", () => {
  test.each([
    ["https://demo.nationbuilder.com/admin/signups/1", "demo"],
    ["https://demo.nationbuilder.com", "demo"],
    ["https://my-nation_2.nationbuilder.com/?a=b#c", "my-nation_2"],
  ])("%s is %s", (address, slug) => expect(extractNationSlugFromUrl(address)).toBe(slug));

  test.each([
    "https://nationbuilder.com/",
    "https://www.nationbuilder.com/",
    "https://a.b.nationbuilder.com/",
    "https://demo.nationbuilder.com.evil.example/",
    "https://evil.example/demo.nationbuilder.com",
    "https://demo@evil.example/",
    "http://demo.nationbuilder.com/",
    "https://-demo.nationbuilder.com/",
    "demo.nationbuilder.com",
    "",
  ])("%j has none", (address) => expect(extractNationSlugFromUrl(address)).toBeUndefined());
});

describe("the open page", () => {
  const at = (path: string, title = "") => pageOf(`https://demo.nationbuilder.com${path}`, title);

  test.each([
    ["/admin/signups/42", "person", "42"],
    ["/admin/signups/42/edit", "person", "42"],
    ["/admin/custom_lists/7", "list", "7"],
    ["/admin/lists/7", "list", "7"],
    ["/admin/sites/1/pages/12/basic", "page", "12"],
    ["/admin/sites/1/pages/12/event", "event", "12"],
    ["/admin/financial_transactions/9", "donation", "9"],
  ])("%s is a %s", (path, kind, id) => expect(at(path)).toMatchObject({ kind, record_id: id }));

  test("a page without a record is none", () => {
    expect(at("/admin/signups")).toBeUndefined();
    expect(at("/blog/1")).toBeUndefined();
  });

  test("its address goes without what stands behind the path", () => {
    expect(at("/admin/signups/42?token=secret#x")?.url).toBe(
      "https://demo.nationbuilder.com/admin/signups/42",
    );
  });

  test("is called what the document is called, without the product's name", () => {
    expect(at("/admin/signups/42", "Dilek Demir | Demo nation")?.name).toBe("Dilek Demir");
    expect(at("/admin/signups/42", "NationBuilder")?.name).toBeUndefined();
  });
});
