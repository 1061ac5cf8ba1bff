using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Doctor;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype doctor</c>: whether this machine can work with a verifier, and what to do where not.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var doctor = new Command(
            "doctor",
            """
            Look whether everything is in place between here and a verifier, and say what to do where not. Nothing is changed.

            Looks at address, certificate, token and its role, TLS, clocks, readiness and keys; with a token that may, also at whether anybody's TPMs are
            believed, anything is called good, and hosts wait or failed. For a host's own side: shype-agent doctor.
            Exit code 0: nothing is wrong; there may be warnings. 1: something is.

            Example:
              shype doctor --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { json };
        server.AddTo(doctor);
        doctor.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var found = await new VerifierExamination(server, parsed, surroundings).RunAsync(cancellationToken);
            if (report.Json)
            {
                report.Write(found, CheckJson.Default.CheckReport);
            }
            else
            {
                new CheckText(report).Write(found);
            }

            return (int)(found.Healthy ? ExitCode.Yes : ExitCode.Refused);
        });
        return doctor;
    }
}
