"""Every command with its options and its help; what a command does stands in the module that it imports."""

from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Abort, Exit, UsageError

from crossview.cli.failures import in_words, show_trace

ROLES = ("owner", "administrator", "lead", "editor", "member", "researcher", "privacy", "auditor", "observer")


class Crossview(click.RichGroup):
    """A group whose commands end with one sentence and an exit code, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Exit, Abort, UsageError, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                show_trace(error)
            failure = in_words(error)
            click.secho(f"Error: {failure.format_message()}", fg="red", err=True)
            ctx.exit(failure.exit_code)


@click.group(cls=Crossview, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crossview", message="crossview %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Several departments write, judge and finish a user-interview script together.

    New here? Begin with `crossview demo`. The settings of a server come from the environment: `crossview settings`.
    """


@main.command()
@click.option("--guide", type=click.Path(path_type=Path), help="Begin with your own guide, a Markdown file.")
@click.option("--exit", "leave", is_flag=True, help="End after the story instead of serving on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 takes a free one.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("crossview-demo"),
    show_default=True,
    help="Where the demo keeps its database and puts what it makes.",
)
def demo(guide: Path | None, leave: bool, port: int, folder: Path) -> None:
    """Tell the whole story once: five departments, one script, one interview. Needs nothing but this machine."""
    from crossview.cli.demo import tell

    tell(guide, leave=leave, port=port, folder=folder)


@main.command()
@click.option("--host", help="Address to listen on.  [default: CROSSVIEW_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.  [default: CROSSVIEW_PORT, else 8400]")
def serve(host: str | None, port: int | None) -> None:
    """Serve the API until Ctrl-C, with a PostgreSQL of its own unless CROSSVIEW_DATABASE_URL names one."""
    from crossview.cli.serve import serve

    serve(host, port)


@main.command()
def worker() -> None:
    """Carry out deliveries until Ctrl-C, beside a `serve` that runs elsewhere or with CROSSVIEW_WORKER=none."""
    from crossview.cli.serve import work

    work()


@main.command()
def migrate() -> None:
    """Bring the database up to date; a database that is up to date stays as it is."""
    from crossview.cli.operate import migrate

    migrate()


@main.command()
@click.option("--format", "kind", type=click.Choice(("text", "json")), default="text", show_default=True)
def doctor(kind: str) -> None:
    """Look at this installation, also while it runs: what is well, what is not, and what to do next. Changes nothing."""
    from crossview.cli.doctor.report import report

    if not report(kind):
        raise Exit(1)


@main.command()
def settings() -> None:
    """Show the settings that the environment makes, secrets hidden."""
    from crossview.cli.describe import show_settings

    show_settings()


@main.command()
def plugins() -> None:
    """List the plugins: those that can be connected, and why others cannot."""
    from crossview.cli.describe import show_plugins

    show_plugins()


@main.group(cls=click.RichGroup)
def admin() -> None:
    """What only the operator of the server may do."""


@admin.command()
@click.option("--workspace", required=True, help="Name of the workspace; it is made when there is none.")
@click.option("--email", required=True, help="Who is invited.")
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True, help="As what.")
def invite(workspace: str, email: str, role: str) -> None:
    """Print an invitation into a workspace."""
    from crossview.cli.operate import invite

    invite(workspace, email, role)


_url = click.option(
    "--url",
    envvar="CROSSVIEW_URL",
    default="http://127.0.0.1:8400",
    show_default=True,
    show_envvar=True,
    help="The API.",
)
_token = click.option("--token", envvar="CROSSVIEW_TOKEN", show_envvar=True, help="Your token, `cv_...`.")


@main.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--format", type=click.Choice(("text", "json", "sarif", "junit", "github")), help="[default: text]")
@click.option("--select", metavar="CODE,...", help="Only these rules; CV1 is every code of that hundred.")
@click.option("--ignore", metavar="CODE,...", help="Every rule but these.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "info", "never")),
    help="End with 1 for findings of this level or above.  [default: warning]",
)
@click.option("--fix", is_flag=True, help="Rewrite what has one right rewriting, then check what is left.")
@click.option(
    "--diff", is_flag=True, help="Show what --fix would rewrite, and write nothing. Ends with 1 if there is any."
)
@click.option("--statistics", is_flag=True, default=None, help="Count the findings of each rule.")
@click.option("--baseline", type=click.Path(dir_okay=False), help="Leave out the findings that this file knows.")
@click.option("--write-baseline", is_flag=True, help="Write what is found now into the baseline.")
@click.option("--cache-dir", type=click.Path(file_okay=False), help="Keep there what is known of unchanged files.")
@click.option("--no-cache", is_flag=True, default=None, help="Check every file, whatever is kept.")
@click.option("--explain", metavar="CODE", help="Say what a rule asks for and why.")
@click.option("--list-rules", is_flag=True, help="List the rules.")
def validate(
    paths: tuple[str, ...],
    fix: bool,
    diff: bool,
    write_baseline: bool,
    explain: str | None,
    list_rules: bool,
    **options: str | bool | None,
) -> None:
    """Check the wording of question banks, files or folders. Needs no server.

    Ends with 0 when all is well, 1 with findings, 2 when a bank cannot be read.
    """
    from crossview.cli.validate import run
    from crossview.cli.validate.options import read_options
    from crossview.foundation.clock import SystemClock

    if explain is not None:
        run.explain(explain)
    elif list_rules:
        run.list_rules()
    else:
        given: dict[str, Any] = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
        for name in ("select", "ignore"):
            if isinstance(codes := given.get(name), str):
                given[name] = [code.strip().upper() for code in codes.split(",") if code.strip()]
        if paths:
            given["paths"] = list(paths)
        wanted, today = read_options(Path.cwd(), given), SystemClock().now().date()
        if diff:
            raise Exit(run.show_differences(wanted, today))
        if fix:
            run.rewrite(wanted, today)
        raise Exit(run.validate(wanted, today, keep=write_baseline))


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--study", type=click.UUID, help="The study it is for; without one, a study of the script's name is opened."
)
@click.option("--preview", is_flag=True, help="Only show what it would become. Needs no server.")
@_url
@_token
def import_(file: Path, study: Any, preview: bool, url: str, token: str | None) -> None:
    """Make a script of a Markdown guide, or of a JSON document that `export` wrote."""
    from crossview.cli.transfer import import_script, show_preview

    if preview:
        show_preview(file)
    else:
        import_script(file, study, url, token)


@main.command()
@click.argument("script", type=click.UUID, metavar="SCRIPT_ID")
@click.option("--format", "kind", type=click.Choice(("markdown", "json")), default="markdown", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to the screen.")
@_url
@_token
def export(script: Any, kind: str, output: Path | None, url: str, token: str | None) -> None:
    """Write a script as a Markdown guide or as a JSON document."""
    from crossview.cli.transfer import export_script

    export_script(script, kind, output, url, token)


@main.group(cls=click.RichGroup)
def bank() -> None:
    """Question banks of a running Crossview, from a file and back."""


@bank.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", "namespace", required=True, help="Namespace of the bank; it is opened when there is none.")
@click.option("--withdraw-missing", is_flag=True, help="Take questions out of use that the file does not hold.")
@click.option("--note", default="", help="Why, or what to ask instead of those.")
@_url
@_token
def import_bank(file: Path, namespace: str, withdraw_missing: bool, note: str, url: str, token: str | None) -> None:
    """Make the questions of a bank those of a file in YAML, JSON or Markdown."""
    from crossview.cli.banks import import_bank

    import_bank(file, namespace, url, token, withdraw_missing=withdraw_missing, note=note)


@bank.command("export")
@click.argument("namespace")
@click.option("--format", "kind", type=click.Choice(("yaml", "json", "markdown")), default="yaml", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to the screen.")
@_url
@_token
def export_bank(namespace: str, kind: str, output: Path | None, url: str, token: str | None) -> None:
    """Write a bank as a file."""
    from crossview.cli.banks import export_bank

    export_bank(namespace, kind, output, url, token)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when something differs.")
def generate(check: bool) -> None:
    """Write what is generated from the code: openapi.yaml, the schemas, the pages of errors, permissions and rules."""
    from crossview.cli.operate import generate

    generate(check=check)
