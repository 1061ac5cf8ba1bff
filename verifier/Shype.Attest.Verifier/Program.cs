using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Hosting.Configuration;
using Shype.Attest.Verifier.Store;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

if (args is ["--version"])
{
    Console.WriteLine("shype-verifier " + Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
    return 0;
}

try
{
    if (args is ["backup", var copy, .. var rest] && !copy.StartsWith('-'))
    {
        Backup.Write(copy, rest);
        return 0;
    }

    if (args.Contains("--check-config"))
    {
        Console.Write(ConfigurationReport.Write([.. args.Where(argument => argument != "--check-config")]));
        return 0;
    }

    await using var app = await VerifierApp.BuildAsync(args);
    await app.RunAsync();
    return 0;
}
catch (SetupException refused)
{
    return Refuse(refused, 2);
}
catch (StoreException refused)
{
    return Refuse(refused, 3);
}
catch (IOException refused) when (refused.InnerException is AddressInUseException)
{
    return Refuse(refused, 3);
}
catch (System.Net.Sockets.SocketException refused)
{
    return Refuse(refused, 3);
}

static int Refuse(Exception refused, int exitCode)
{
    Console.Error.WriteLine("shype-verifier: " + refused.Message);
    return exitCode;
}
