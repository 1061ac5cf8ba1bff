// Validates an OpenAPI document against the schema of its version and the rules beyond it: node validate-openapi.mjs FILE
import SwaggerParser from '@apidevtools/swagger-parser';

try {
  const document = await SwaggerParser.validate(process.argv[2]);
  console.log(`${document.openapi} ${Object.keys(document.paths).length} paths`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
