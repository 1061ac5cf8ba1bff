using System.CommandLine;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype policy show</c>.</summary>
internal static class PolicyShowCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new PolicyFile();
        var json = JsonOption.Create();
        var show = new Command(
            "show",
            """
            Show what a policy means: its labels with their types, what may not run together, and the canonical digest that reference documents name.
            With --json also the hypervisor's number of each label (ssidref) and every decision, pair by pair.

            FILE can also be a binary policy, versions 1 to 4, or what a running hypervisor dumps. Those hold tables without names; the digest of the
            tables is the same for a policy's XML and for every binary form of it. A binary policy of FLASK or SELinux is shown with its counts and, for
            Xen, who reaches whom.

            Exit code 0: the policy was read. 1: it is refused; every problem is listed with line and column.

            Example:
              shype policy show policy.xml
            """)
        { json };
        file.AddTo(show);
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var input = await file.ReadAsync(surroundings, parsed, cancellationToken);
            if (FlaskBinary.Recognises(input.Bytes))
            {
                return FlaskCommand.Show(report, input.Name, input.Bytes);
            }

            if (AcmBinary.Recognises(input.Bytes))
            {
                return ShowBinary(report, input);
            }

            var document = await file.UnderstandAsync(surroundings, parsed, input, cancellationToken);
            if (document.Policy is not { } policy)
            {
                return PolicyFile.Refuse(report, input.Name, document);
            }

            PolicyFile.WarnOfLegacy(report, input.Name, document);
            if (report.Json)
            {
                report.Write(PolicyReport.Of(document), CliJson.Default.PolicyReport);
            }
            else
            {
                new PolicyText(report).Write(policy);
            }

            return (int)ExitCode.Yes;
        });
        return show;
    }

    private static int ShowBinary(Report report, PolicyFile.NamedBytes input)
    {
        if (!AcmBinary.TryRead(input.Bytes, out var policy, out var problem))
        {
            return report.Fail(ExitCode.Refused, $"{input.Name}: {problem}");
        }

        if (report.Json)
        {
            report.Write(BinaryPolicyReport.Of(policy), CliJson.Default.BinaryPolicyReport);
        }
        else
        {
            new BinaryPolicyText(report).Write(policy);
        }

        return (int)ExitCode.Yes;
    }
}
