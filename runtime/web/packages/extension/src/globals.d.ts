/** What the build puts in: one brand's names, colours and addresses. */
declare const __NAME__: string;
declare const __INITIAL__: string;
declare const __PRIMARY__: string;
declare const __ON_PRIMARY__: string;
/** Where the brand's web app is; its `/config.json` says everything else. */
declare const __APP__: string;

declare module "*.css?inline" {
  const text: string;
  export default text;
}
