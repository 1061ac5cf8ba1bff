using Shype.Attest.Agent.Commands;

return await CommandTree.RunAsync(args, Console.Out, Console.Error, !Console.IsErrorRedirected);
